export * from './configuration'
export * from './credentials'
export * from './leads'
export * from './suppression'
