import './handset-app.ts'
