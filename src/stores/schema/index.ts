export * from './configuration'
export * from './leads'
export * from './suppression'
