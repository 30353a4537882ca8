export * from './configuration'
export * from './leads'
